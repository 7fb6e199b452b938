#!/bin/sh
# Builds noble.mjs: the parts of @noble/curves and @noble/hashes that entry.mjs names, in one module, not minified, so
# that it can be read. Needs npm; run by hand after a change of version only. What npm gives must have these hashes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/entry.mjs" "$work/"
cd "$work"
npm install --no-audit --no-fund --silent --ignore-scripts @noble/curves@2.4.0 @noble/hashes@2.4.0 esbuild@0.28.2
for want in \
  "@noble/curves sha512-P4/62zrgfH33CneE3Dn4WhJVA22YUU0eR51wKIan4NVRvwsA0YnPTwWGpNbpuacSujmSFLvyzpyuR30+fbq2Ew==" \
  "@noble/hashes sha512-X5XaVWZIBCT7HHZGm5I7ZQXDwLG+bGXuSrMQAW+7Zvl87h1kmc1ZB1VSRJcpUfoUrGQp4Fkoxm5kZ+Ms+aW+eA=="; do
  node -e 'const [name, hash] = process.argv[1].split(" ");
    const got = require("./node_modules/.package-lock.json").packages["node_modules/" + name].integrity;
    if (got !== hash) { console.error(name + ": " + got + ", want " + hash); process.exit(1); }' "$want"
done
{
  echo "/*! @noble/curves 2.4.0, @noble/hashes 2.4.0 - MIT License (c) Paul Miller (paulmillr.com); see ../LICENCES.txt */"
  node_modules/.bin/esbuild entry.mjs --bundle --format=esm --target=es2022 --legal-comments=none --charset=utf8 --log-level=warning
} > "$here/noble.mjs"
