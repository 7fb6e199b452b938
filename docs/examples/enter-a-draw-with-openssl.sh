#!/usr/bin/env bash
# Enters a draw through the API with curl, jq and openssl alone, waits for the result, signs the offer if there is one,
# and checks the draw from its public files.
#
#   docs/examples/enter-a-draw-with-openssl.sh [DATA] [PERSON]
#
# DATA is the demo's data folder (var by default: it holds demo/url and demo/people), PERSON one of
# the names in demo/people.json. CHESNA names the program that checks (./chesna by default); SOON is how many seconds
# before the witnesses' deadline of a draw it is too late to enter for a person at a keyboard (20).
set -euo pipefail

data=${1:-var}
person=${2:-petro}
chesna=${CHESNA:-./chesna}
url=$(cat "$data/demo/url")
me="$data/demo/people/$person"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# ask METHOD PATH [JSON]: one request; the answer's body in $work/answer, its status on stdout.
ask() {
  local method=$1 path=$2 body=${3:-}
  local args=(-sS -o "$work/answer" -w '%{http_code}' -X "$method" -H 'Accept: application/json')
  [ -z "${token:-}" ] || args+=(-H "Authorization: Bearer $token")
  [ -z "$body" ] || args+=(-H 'Content-Type: application/json' --data-binary "$body")
  curl "${args[@]}" "$url/api/v1$path"
}

# call METHOD PATH [JSON]: the answer on stdout; a problem on stderr and exit 1.
call() {
  local status
  status=$(ask "$@")
  if [ "$status" -ge 400 ]; then
    echo "$1 $2 answered $status:" >&2
    jq . "$work/answer" >&2 || cat "$work/answer" >&2
    return 1
  fi
  cat "$work/answer"
}

# sign FILE: a detached CAdES-BES signature over exactly these bytes, base64 on one line.
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

echo "2. The draw that closes next, for passports"
id=
for _ in $(seq 60); do
  call GET '/draws?state=announced&group=passport&limit=200' >"$work/draws.json"
  id=$(jq -r --arg soon "$(date -u -d "+${SOON:-20} seconds" +%Y-%m-%dT%H:%M:%SZ)" \
    '[.items[] | select(.open and .kind == "main" and .deadline > $soon)] | min_by(.deadline) | .id // empty' "$work/draws.json")
  [ -z "$id" ] || break
  sleep 1
done
[ -n "$id" ] || { echo "no draw takes entries just now" >&2; exit 1; }
call GET "/draws/$id" | jq '{id, closes, seats, entries, windows: [.windows[] | {number, name: .label, seats}]}'
windows=$(jq -c '[.windows[].number]' "$work/answer")

echo "3. Ask to enter: the answer is the text to sign"
wish=$(jq -nc --argjson w "$windows" --arg s "${SERVICE:-passport-adult}" '{windows: $w, service: $s}')
status=$(ask PUT "/draws/$id/entry" "$wish")
[ "$status" = 409 ] && [ "$(jq -r .code "$work/answer")" = signature-needed ] || { jq . "$work/answer" >&2; exit 1; }
jq -r .document "$work/answer" | base64 -d >"$work/entry.txt"
sed 's/^/   | /' "$work/entry.txt"

echo "4. Sign exactly this text and enter; keep the receipt"
call PUT "/draws/$id/entry" "$(jq -c --arg s "$(sign "$work/entry.txt")" '. + {signature: $s}' <<<"$wish")" >"$work/receipt.json"
jq -j .receipt "$work/receipt.json" | tee "$work/receipt.txt"

echo "5. Wait for the close and the beacon"
for _ in $(seq 900); do
  state=$(call GET "/draws/$id" | jq -r .state)
  case $state in drawn | finished | cancelled) break ;; esac
  sleep 1
done
echo "   $state"

echo "6. The offer, if the lot fell on $person"
offer=$(call GET /offers | jq -r --arg d "$id" '[.items[] | select(.draw == $d and .state == "open")][0].id // empty')
if [ -n "$offer" ]; then
  call GET "/offers/$offer" | jq -r .document | base64 -d >"$work/offer.txt"
  sed 's/^/   | /' "$work/offer.txt"
  call POST "/offers/$offer/sign" "$(jq -nc --arg s "$(sign "$work/offer.txt")" '{signature: $s}')" |
    jq '.appointments[] | {reference, state, start}'
else
  call GET "/draws/$id/card" | jq '{entries, seats, place, weightNext, chance}'
fi

echo "7. Check the draw from its public files"
for _ in $(seq 60); do
  [ "$(curl -sS -o "$work/bundle.zip" -w '%{http_code}' "$url/api/v1/draws/$id/bundle.zip")" != 200 ] || break
  sleep 1
done
checked=0
"$chesna" draw verify --receipt "$work/receipt.txt" "$work/bundle.zip" || checked=$?
# 3: everything holds, but the demo's beacon and witness are its own.
[ "$checked" = 0 ] || [ "$checked" = 3 ]
