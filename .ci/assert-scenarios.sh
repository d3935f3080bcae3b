#!/usr/bin/env bash
# Every integration scenario passes on a local AWS, two at a time; the one that is wrong on purpose fails, for its own reason.
set -uo pipefail
cd "$(dirname "$0")/.."
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

npx projen integ:local update/integ.update.ts canary-with-hooks/integ.canary-with-hooks.ts rollback-on-alarm/integ.rollback-on-alarm.ts \
  > "$logs/first" 2>&1 &
first=$!
npx projen integ:local minimal/integ.minimal.ts imported-vpc/integ.imported-vpc.ts two-services/integ.two-services.ts \
  https/integ.https.ts > "$logs/second" 2>&1
second_status=$?
wait "$first"
first_status=$?
if [ "$first_status" -ne 0 ] || [ "$second_status" -ne 0 ]; then
  tail -n 60 "$logs/first" "$logs/second"
  exit 1
fi
grep -h -E 'SUCCESS|Tests: ' "$logs/first" "$logs/second"
succeeded=$(cat "$logs/first" "$logs/second" | grep -c -E '  SUCCESS ')
[ "$succeeded" -eq "$(ls integ/*/integ.*.ts | wc -l)" ] || { echo "only $succeeded scenarios have run"; exit 1; }

if npx projen integ:local --test-regex '^wrong\.' > "$logs/wrong" 2>&1; then
  echo 'the scenario that is wrong on purpose has passed'
  exit 1
fi
grep -q 'Expected v2 but received v1' "$logs/wrong" || { echo 'the wrong scenario failed for another reason:'; tail -n 40 "$logs/wrong"; exit 1; }
echo 'the scenario that is wrong on purpose failed: expected v2 but received v1'
