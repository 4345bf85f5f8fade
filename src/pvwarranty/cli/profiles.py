"""``pvwarranty profiles``: the formats that are known, and the checking of a new one."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

app = App(name="profiles", help="Formats of exports: list them, check a new one.")


@app.command(name="list")
def list_profiles(*, json: bool = False) -> int:
    """List the profiles that ship with the package.

    Parameters
    ----------
    json
        Print JSON.
    """
    from pvwarranty.ingest.profiles import built_in

    if json:
        from json import dumps

        rows = [
            {"id": p.id, "title": p.title, "kinds": p.kinds, "quality": p.quality,
             "fallback": p.fallback, "source": p.source}
            for p in built_in()
        ]  # fmt: skip
        print(dumps(rows, ensure_ascii=False, indent=1))
        return 0
    width = max(len(p.id) for p in built_in())
    for profile in built_in():
        print(f"{profile.id:<{width}}  {profile.quality:<8} {profile.title}")
    return 0


@app.command
def check(file: Path, example: Path, *, zone: str = "Asia/Tokyo") -> int:
    """Check a profile against an example file and tell all that is wrong.

    Parameters
    ----------
    file
        The profile: a TOML file.
    example
        A file of that format.
    zone
        Time zone of the example, where the profile says `site`.
    """
    from pvwarranty.ingest.convert.profile_check import check_profile

    for line in check_profile(file, example, zone):
        print(line)
    return 0
