"""What the service refuses, as kinds with a status and a title in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pvwarranty.errors import Problem
from pvwarranty.model import Text


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of refusal: the HTTP status and what it is called."""

    status: int
    title: Text


KINDS: Mapping[str, Kind] = {
    "malformed": Kind(400, Text("要求の形式が正しくありません", "The request is malformed")),
    "not_signed_in": Kind(401, Text("認証が必要です", "Sign in or send a key")),
    "forbidden": Kind(403, Text("この操作の権限がありません", "You may not do this")),
    "csrf": Kind(403, Text("画面の有効期限が切れました", "The page has expired; load it again")),
    "not_found": Kind(404, Text("見つかりません", "There is no such thing")),
    "method": Kind(405, Text("この操作には対応していません", "This method is not served here")),
    "not_acceptable": Kind(406, Text("この形式では返せません", "This form is not served")),
    "timeout": Kind(408, Text("受信が途中で止まりました", "The request came too slowly")),
    "conflict": Kind(409, Text("現在の状態ではできません", "This does not fit the present state")),
    "gone": Kind(410, Text("すでに削除されています", "It has been removed")),
    "changed": Kind(412, Text("ほかの変更と重なりました", "It was changed meanwhile")),
    "too_large": Kind(413, Text("データが大きすぎます", "The body is too large")),
    "media_type": Kind(415, Text("この形式は読めません", "This media type is not read")),
    "invalid": Kind(422, Text("入力内容に誤りがあります", "The input has faults")),
    "match_required": Kind(428, Text("If-Match が必要です", "Send If-Match with the ETag")),
    "too_many": Kind(429, Text("要求が多すぎます", "Too many requests")),
    "headers": Kind(431, Text("ヘッダーが大きすぎます", "The headers are too large")),
    "internal": Kind(500, Text("内部エラーが発生しました", "An internal error occurred")),
    "unavailable": Kind(503, Text("一時的に利用できません", "The service is not available now")),
    "full": Kind(507, Text("保存領域が足りません", "There is no room to store this")),
}


class Refusal(Exception):
    """A request that is refused: of which kind, why in both languages, all its problems."""

    def __init__(
        self,
        code: str,
        detail: Text | None = None,
        *,
        problems: Iterable[Problem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.code, self.kind, self.detail = code, KINDS[code], detail
        self.problems = tuple(problems)
        self.headers = dict(headers or {})
        super().__init__(f"{code}: {detail.en if detail else self.kind.title.en}")


def not_found(what: Text) -> Refusal:
    """Return the refusal for a thing that is not there, or is another organisation's."""
    return Refusal("not_found", Text(f"{what.ja}が見つかりません", f"There is no such {what.en}"))


def invalid(where: str, what: str, hint: str = "") -> Refusal:
    """Return the refusal of one wrong input."""
    return Refusal("invalid", problems=[Problem(where, what, hint)])
