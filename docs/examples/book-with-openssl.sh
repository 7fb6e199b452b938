#!/usr/bin/env bash
# Books a consular appointment through the API with curl, jq and openssl alone, then cancels it.
#
#   docs/examples/book-with-openssl.sh [DATA] [PERSON]
#
# DATA is the demo's data folder (var by default: it holds demo/url and demo/people), PERSON one of
# the names in demo/people.json. With KEEP=1 the appointment is not cancelled at the end.
set -euo pipefail

data=${1:-var}
person=${2:-olena}
url=$(cat "$data/demo/url")
me="$data/demo/people/$person"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# call METHOD PATH [JSON]: one request; the answer's body on stdout, a problem on stderr and exit 1.
call() {
  local method=$1 path=$2 body=${3:-} status
  local args=(-sS -o "$work/answer" -w '%{http_code}' -X "$method" -H 'Accept: application/json')
  [ -z "${token:-}" ] || args+=(-H "Authorization: Bearer $token")
  [ -z "$body" ] || args+=(-H 'Content-Type: application/json' --data-binary "$body")
  status=$(curl "${args[@]}" "$url/api/v1$path")
  if [ "$status" -ge 400 ]; then
    echo "$method $path answered $status:" >&2
    jq . "$work/answer" >&2 || cat "$work/answer" >&2
    return 1
  fi
  cat "$work/answer"
}

# sign FILE: a detached CAdES-BES signature over exactly these bytes, base64 on one line.
# -binary keeps openssl from turning LF into CRLF.
sign() {
  openssl cms -sign -cades -binary -md sha256 -in "$1" -outform DER \
    -signer "$me/cert.pem" -inkey "$me/key.pem" -certfile "$me/chain.pem" | base64 -w0
}

echo "1. Sign in as $person"
call POST /sessions/challenge '{}' >"$work/challenge.json"
jq -r .document "$work/challenge.json" | base64 -d >"$work/challenge.txt"
call POST /sessions "$(jq -n --arg id "$(jq -r .challengeId "$work/challenge.json")" \
  --arg s "$(sign "$work/challenge.txt")" '{challengeId: $id, signature: $s}')" >"$work/session.json"
token=$(jq -r .accessToken "$work/session.json")

echo "2. Look for a window"
service=${SERVICE:-passport-adult}
call GET /consulates >"$work/consulates.json"
window=
for consulate in ${CONSULATE:-$(jq -r '.items[].id' "$work/consulates.json")}; do
  call GET "/consulates/$consulate/availability?service=$service" >"$work/windows.json"
  window=$(jq -r '.windows[0].id // empty' "$work/windows.json")
  [ -z "$window" ] || break
done
if [ -z "$window" ]; then
  echo "nothing is open just now" >&2
  exit 1
fi

echo "3. Hold a seat in $window"
call POST /holds "$(jq -n --arg c "$consulate" --arg s "$service" --arg w "$window" \
  '{consulate: $c, service: $s, window: $w}')" >"$work/hold.json"
hold=$(jq -r .holdId "$work/hold.json")
jq -r .document "$work/hold.json" | base64 -d >"$work/booking.txt"
sed 's/^/   | /' "$work/booking.txt"

echo "4. Sign exactly this text and book"
call POST "/holds/$hold/confirm" "$(jq -n --arg s "$(sign "$work/booking.txt")" '{signature: $s}')" >"$work/appointment.json"
jq '{reference, state, consulate, service, start}' "$work/appointment.json"
id=$(jq -r .id "$work/appointment.json")
call GET "/appointments/$id/calendar.ics" | grep -q 'BEGIN:VEVENT'

if [ -z "${KEEP:-}" ]; then
  echo "5. Cancel it"
  call POST "/appointments/$id/cancel" '{}' | jq -r .state
fi
