#!/bin/sh
# Makes the example reports anew, from the root of the repository: sh docs/examples/make_all.sh
set -e
pvw="${PVWARRANTY:-.venv/bin/pvwarranty}"
out=docs/examples
for report in failed-modules.ja.pdf shaded-string.en.pdf healthy-modules.en.pdf faded-battery.en.html
do
    site="site_data/${report%%.*}"
    rest="${report#*.}"
    $pvw verify "$site" --on "$(cat "$site/on.txt")" --report "$out/$report" --lang "${rest%%.*}" >/dev/null
done
$pvw entitle "$out/ups-battery.json" --report "$out/ups-battery.ja.pdf" --lang ja >/dev/null
scratch="$(mktemp -d)"
$pvw batch site_data --out "$scratch/fleet" --on 2024-11-29 >/dev/null 2>&1
$pvw fleet summary "$scratch/fleet" --report "$out/fleet.ja.pdf" --lang ja
rm -r "$scratch"
