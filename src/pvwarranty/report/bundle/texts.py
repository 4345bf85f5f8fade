"""Sentences of the bundle and of its check, Japanese and English."""

from __future__ import annotations

from pvwarranty.model import Text

# the archive
TOO_LARGE = Text("{most} MiB を超えるため読みません。", "is larger than {most} MiB: not read")
TOO_MANY = Text(
    "ファイルが {count} 個あります(上限 {most} 個)。読みません。",
    "holds {count} members, more than {most}: not read",
)
NO_ARCHIVE = Text(
    "完全な ZIP ファイルではありません(途中で切れているか、別の形式です): {reason}",
    "is no whole ZIP archive (cut off, or something else): {reason}",
)
STRANGE_NAME = Text(
    "証拠一式に含まれるはずのないファイル名です。展開しません。",
    "is a name that no bundle holds: not unpacked",
)
TWICE = Text("同じ名前のファイルが2つ以上あります。", "stands in the archive more than once")
COMPRESSED = Text(
    "圧縮または暗号化されています(証拠一式は無圧縮で格納します)。",
    "is compressed or encrypted; a bundle's members are stored as they are",
)
MISPLACED = Text(
    "{at} バイト目から始まっていますが、{due} バイト目のはずです(データの追加・削除・移動)。",
    "begins at byte {at} where byte {due} is due: data were put in, taken out or moved",
)
LENGTH = Text(
    "長さが {length} バイトですが、{due} バイトのはずです(コメントや余分なデータ)。",
    "has {length} bytes where {due} are due: a comment, or data put in",
)
DISORDER = Text("ファイルの並び順が決まりと違います。", "members stand in another order than fixed")
FRAME = Text(
    "ZIP のヘッダーの {at} バイト目が {is_} ですが、{due} のはずです。",
    "byte {at} of the archive, in a ZIP header, is {is_} where {due} is due",
)

# the manifest
MISSING = Text("ありません。", "is missing")
TWO_MEASUREMENTS = Text(
    "測定値のファイルが2つあります。", "stands beside measurements.csv: one of them is due"
)
LINE = Text(
    "{number} 行目が「SHA-256 ファイル名」の形ではありません: {line}",
    "line {number} is not a SHA-256 and a name: {line}",
)
OTHER_FORM = Text(
    "行の順序、改行、または重複が決まりと違います。",
    "lists the right hashes in another order or form than fixed",
)
LISTED_TWICE = Text("SHA256SUMS に2回以上あります。", "stands in SHA256SUMS more than once")
UNLISTED = Text("SHA256SUMS にありません。", "is not listed in SHA256SUMS")
CHANGED = Text(
    "変更されています。SHA-256 は {actual} ですが、SHA256SUMS では {due} です。",
    "was changed: its SHA-256 is {actual} where SHA256SUMS says {due}",
)
LISTED_ABSENT = Text(
    "SHA256SUMS にありますが、ファイルがありません。",
    "is listed in SHA256SUMS and missing from the archive",
)
HASHES_GOOD = Text(
    "ハッシュ: {count} 個のファイルすべてが SHA256SUMS のとおりです。",
    "hashes: all {count} members as SHA256SUMS says",
)

# the signature
NO_KEY = Text("ありません(署名があるのに公開鍵がありません)。", "is missing beside a signature")
NO_SIGNATURE = Text("ありません(公開鍵があるのに署名がありません)。", "is missing beside a key")
UNSIGNED = Text(
    "署名: なし。ハッシュは偶然の変化を示しますが、作り直しは防げません。",
    "signature: none. Hashes show what changed by accident, not what was made anew on purpose",
)
UNSIGNED_ASKED = Text(
    "署名がありません(公開鍵が指定されているため、署名が必要です)。",
    "is missing: the bundle is unsigned, and a key was given to check it with",
)
BAD_SIGNATURE = Text(
    "SHA256SUMS の署名として正しくありません(SHA256SUMS、署名、鍵のいずれかが変更されています)。",
    "does not sign SHA256SUMS: the manifest, the signature or the key was changed",
)
OTHER_KEY = Text(
    "指定された鍵とは別の鍵です。フィンガープリントは {actual} ですが、{due} のはずです。",
    "is another key than the one given: its fingerprint is {actual} where {due} is due",
)
NOT_A_KEY = Text("Ed25519 の公開鍵ではありません。", "is no Ed25519 public key in PEM")
SIGNED_BY = Text(
    "署名: 正しい署名です。指定された鍵 {key} によります。",
    "signature: good, by the key given, {key}",
)
SIGNED_BY_SOME = Text(
    "署名: 正しい署名です。同梱の鍵 {key} によります。誰の鍵かは、この値を署名した組織に"
    "別の経路で確かめてください。",
    "signature: good, by the key that comes with it, {key}. Whose key it is only its owner can "
    "tell: compare this fingerprint by another way, or give --public-key",
)

# the time stamp
NO_STAMP = Text(
    "タイムスタンプ: なし。署名は変更がないことを示し、作成時刻は示しません。",
    "time stamp: none. A signature shows that nothing changed, not when it was made",
)
STAMP_WITHOUT = Text(
    "対象の {what} がありません。", "stamps {what}, which is missing from the archive"
)
STAMP_UNREADABLE = Text(
    "RFC 3161 のタイムスタンプとして読めません: {reason}", "is no RFC 3161 time stamp: {reason}"
)
STAMP_REFUSED = Text(
    "タイムスタンプ局に拒否されました: {reason}", "was refused by the authority: {reason}"
)
STAMP_OTHER = Text(
    "別のデータに対するタイムスタンプです。", "is the stamp of other data than this bundle's"
)
STAMP_NONCE = Text(
    "この要求への応答ではありません(nonce が違います)。",
    "answers another request than ours (its nonce differs)",
)
STAMP_BAD = Text(
    "指定されたタイムスタンプ局の証明書では検証できません: {reason}",
    "does not verify against the authority's certificate given: {reason}",
)
STAMPED = Text(
    "タイムスタンプ: {time} に存在しました({authority})。指定された証明書で検証しました。",
    "time stamp: existed at {time}, says {authority}; verified with the certificate given",
)
STAMPED_SOMEHOW = Text(
    "タイムスタンプ: {time} とありますが({authority})、タイムスタンプ局は検証していません。"
    "--timestamp-ca で局の証明書を指定してください。",
    "time stamp: names {time} ({authority}), which was not verified: "
    "give the authority's certificate as --timestamp-ca",
)

# the assessment, made anew
ABOUT_BAD = Text("読めません: {reason}", "cannot be read: {reason}")
TERMS_DIFFER = Text(
    "ここにある同じ約款データと違います(証拠一式 {actual}、ここ {due})。",
    "differs from the same terms here: its SHA-256 is {actual}, here {due}",
)
TERMS_UNKNOWN = Text("ここにない約款データです。", "is of no terms that this software holds")
TERMS_LEFT_OUT = Text(
    "結果が用いた約款データが欠けています。", "is missing; the result rests on it"
)
NOT_REPEATED = Text(
    "評価のやり直し: 入力が変更されているため行いません。",
    "assessment: not made anew, since what it rests on was changed",
)
NOT_ASKED = Text("評価のやり直し: 指定により省略しました。", "assessment: not made anew, as asked")
NOT_POSSIBLE = Text("評価をやり直せません: {reason}", "cannot be assessed anew: {reason}")
TOO_MANY_VALUES = Text(
    "測定値が多すぎます({values} 個、上限 {most} 個)。",
    "holds {values} values, more than {most}: not read",
)
REPEATED = Text(
    "評価のやり直し: {names} は同じバイト列になりました。",
    "assessment: made anew here, {names} came out the same to the byte",
)
OTHER_VALUE = Text(
    "{path} は {actual} ですが、やり直すと {due} です。",
    "{path} is {actual}, made anew it is {due}",
)
MORE_VALUES = Text("ほかに {count} 個の値が違います。", "and {count} more values differ")
OTHER_BYTES = Text(
    "やり直したものと {at} バイト目から違います。",
    "differs from the one made anew from byte {at} on",
)
ABSENT = Text("ありません(やり直すと作成されます)。", "is missing; made anew there is one")
LAST_PLACE = Text(
    "違いはすべて最後の桁の1だけです。別の計算機やライブラリの演算によることがあります。",
    "all differences are one in the last place: the arithmetic of another machine or of other "
    "libraries can do that",
)
OTHER_SOFTWARE = Text(
    "ソフトウェア: 作成時と違います({differences})。",
    "software: other than the one that made it ({differences})",
)
OTHER_SOFTWARE_HINT = Text(
    "結果の違いは、作成時と異なるソフトウェアのためかもしれません({differences})。"
    "同じ版でやり直してください。",
    "the differences may come from other software ({differences}): check it with the same version",
)
WHOLE = Text(
    "この証拠一式は完全です。監視データに基づく証拠であり、最終的にはメーカー自身の測定により"
    "判断されます。",
    "The bundle is whole. It is evidence from monitoring data: the maker's own measurement decides "
    "in the end.",
)
WHOLE_BUT = Text(
    "確かめた範囲では、この証拠一式に変更はありません。",
    "As far as it was checked, nothing in the bundle was changed.",
)
UNSIGNED_MADE = Text(
    "証拠一式に署名はありません(--key を指定すると署名します)。",
    "the bundle is unsigned (--key FILE signs it)",
)
