// Talks to the control API and follows its stream of changes.

const REFUSALS = {
  empty: "文字を入力してください。",
  too_long: "1通は4,096文字までです。",
  blocked: "ボットをブロックしています。解除すると送れます。",
  no_such_button: "このボタンは、もう使えません。",
  unsupported_button: "この種類のボタンは、サンドボックスでは押せません。",
  unknown_message: "そのメッセージは、もうありません。",
  long_caption: "写真やファイルの説明文は1,024文字までです。",
  not_editable: "編集できるのは、ご自身の文章だけです。",
  not_a_member: "このグループの参加者ではありません。",
  migrated: "このグループは新しいグループに移りました。",
  read_only: "これができるのは管理者だけです。",
  bad_payload: "リンクの符号は、半角英数字と _ - で64文字までです。",
  foreign_link: "このボットへのリンクではありません。",
  no_phone: "電話番号を入力してください。",
  bad_file: "このファイルは送れません。",
  bad_album: "この組み合わせのファイルは、まとめて送れません。",
  bad_name: "名前は1～128文字で入力してください。",
  unknown_topic: "そのトピックは、もうありません。",
  topic_closed: "このトピックは閉じています。書けるのは管理者だけです。",
  backward: "時計は、先にしか進められません。",
  too_far: "時計を進められるのは、約3年先までです。",
  nothing_to_do: "すでにその状態です。",
};
const UNEXPECTED = "うまくいきませんでした。もう一度お試しください。";
const UNREACHABLE = "サンドボックスにつながりません。";
const RETRY_MS = 1000;

export class Refused extends Error {}

async function call(path, options) {
  let response;
  try {
    response = await fetch(`/sandbox/${path}`, options);
  } catch {
    throw new Refused(UNREACHABLE);
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(REFUSALS[body.error] ?? UNEXPECTED);
  return body;
}

export const get = (path) => call(path);

export const post = (path, body = {}) => call(path, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
});

export const upload = (form, isAlbum) => call(isAlbum ? "album" : "upload", { method: "POST", body: form });

// The browser gives up after some failures; this does not.
export function follow(onChange, onConnected, onLost) {
  const source = new EventSource("/sandbox/events");
  source.onopen = onConnected;
  source.onmessage = (event) => onChange(JSON.parse(event.data));
  source.onerror = () => {
    source.close();
    onLost();
    setTimeout(() => follow(onChange, onConnected, onLost), RETRY_MS);
  };
}
