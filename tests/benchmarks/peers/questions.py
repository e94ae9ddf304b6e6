"""The questionnaire both peers ask: as long as Madoguchi's, eighteen taps and five typed texts."""

from __future__ import annotations

import argparse
from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A question and its buttons; typed when there are none."""

    text: str
    choices: tuple[str, ...] = ()


YES_NO = ("はい", "いいえ")
QUESTIONS = (
    Question("ご相談の前に、個人情報の取り扱いをご確認ください。同意されますか。", YES_NO),
    Question("会社の所在地は県内ですか。", YES_NO),
    Question(
        "御社の業種をお選びください。",
        ("製造業", "建設業", "運輸業", "卸売業", "小売業", "サービス業", "情報通信業", "その他"),
    ),
    Question("会社名を入力してください。"),
    Question("法人番号を入力してください。わからないときは「なし」とお書きください。"),
    Question(
        "資本金はどのくらいですか。", ("一千万円以下", "五千万円以下", "三億円以下", "それ以上")
    ),
    Question(
        "常用従業員は何人ですか。", ("五人以下", "二十人以下", "百人以下", "三百人以下", "それ以上")
    ),
    Question("大企業の子会社ですか。", YES_NO),
    Question(
        "ご相談の分野をお選びください。", ("経営", "販路", "生産", "技術", "海外", "人事", "情報化")
    ),
    Question("そのうち、いちばんの課題は何ですか。", ("新規事業", "販路拡大", "生産性", "後継者")),
    Question("いま困っておられることをお書きください。"),
    Question(
        "どのような人材をお探しですか。", ("管理職", "専門職", "技術者", "副業・兼業", "未定")
    ),
    Question("働き方のご希望はありますか。", ("常勤", "非常勤", "副業・兼業", "こだわらない")),
    Question("雇用の形はお決まりですか。", ("正社員", "契約社員", "業務委託", "未定")),
    Question("いつごろまでに必要ですか。", ("一か月以内", "三か月以内", "半年以内", "急がない")),
    Question(
        "年収の目安をお選びください。", ("四百万円まで", "六百万円まで", "八百万円まで", "それ以上")
    ),
    Question("過去に人材紹介を使われたことはありますか。", YES_NO),
    Question("取引のある金融機関からのご紹介ですか。", YES_NO),
    Question("テレワークはできますか。", ("できる", "一部できる", "できない")),
    Question("ご担当者のお名前を入力してください。"),
    Question("お電話番号を入力してください。"),
    Question("ご連絡の方法をお選びください。", ("電話", "このチャット", "どちらでも")),
    Question("この内容で送信してよろしいですか。", ("送信する", "やめる")),
)
THANKS = "受け付けました。担当者からご連絡します。"


def arguments() -> argparse.Namespace:
    """Read the command line that the rig gives each peer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--api", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--transport", choices=["webhook", "polling"], required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--secret", required=True)
    parser.add_argument("--shape", choices=["questionnaire", "minimal"], required=True)
    return parser.parse_args()
