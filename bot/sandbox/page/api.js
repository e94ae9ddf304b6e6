// Talks to the control API and follows its stream of changes.

const REFUSALS = {
  empty: "文字を入力してください。",
  too_long: "1通は4,096文字までです。",
  blocked: "ボットをブロックしています。解除すると送れます。",
  no_such_button: "このボタンは、もう使えません。",
  unknown_message: "そのメッセージは、もうありません。",
  not_editable: "編集できるのは、ご自身の文章だけです。",
  not_a_member: "このグループの参加者ではありません。",
  migrated: "このグループは新しいグループに移りました。",
  read_only: "このチャンネルには管理者だけが投稿できます。",
  bad_payload: "リンクの符号は、半角英数字と _ - で64文字までです。",
  foreign_link: "このボットへのリンクではありません。",
  no_phone: "電話番号を入力してください。",
  bad_file: "このファイルは送れません。",
  nothing_to_do: "すでにその状態です。",
};

export class Refused extends Error {}

async function answerOf(response) {
  const body = await response.json();
  if (!response.ok) throw new Refused(REFUSALS[body.error] ?? "うまくいきませんでした。もう一度お試しください。");
  return body;
}

export const get = async (path) => answerOf(await fetch(`/sandbox/${path}`));

export const post = async (path, body = {}) => answerOf(
  await fetch(`/sandbox/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
);

export const upload = async (form) => answerOf(await fetch("/sandbox/upload", { method: "POST", body: form }));

export function follow(onChange, onConnected, onLost) {
  const source = new EventSource("/sandbox/events");
  source.onopen = onConnected;
  source.onerror = onLost;
  source.onmessage = (event) => onChange(JSON.parse(event.data));
}
