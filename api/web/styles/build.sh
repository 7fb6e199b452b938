#!/bin/sh
# Builds ../static/chesna.css from chesna.scss. Needs npm; run by hand after a change of the styles only.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/*.scss "$work"/
cd "$work"
npm install --no-audit --no-fund --silent govuk-frontend@6.6.0 sass@1.108.2
mkdir pkg && ln -s ../node_modules/govuk-frontend/dist/govuk pkg/govuk
node_modules/.bin/sass --quiet-deps --no-source-map --style=compressed chesna.scss "$here/../static/chesna.css"
