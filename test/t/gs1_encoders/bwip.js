// Bars of GS1-128 symbols by bwip-js, for test/t/gs1_encoders.py: a line of
// JSON [value, lint], a line of JSON {"bars": widths} or {"error": text}.
'use strict';

const readline = require('readline');
const bwipjs = require('bwip-js');

function encode(value, lint) {
    try {
        const symbol = bwipjs.raw({ bcid: 'gs1-128', text: value, parse: true, lintreqs: lint });
        return { bars: symbol[0].sbs.join('') };
    } catch (error) {
        return { error: String(error) };
    }
}

async function main() {
    for await (const line of readline.createInterface({ input: process.stdin })) {
        const [value, lint] = JSON.parse(line);
        console.log(JSON.stringify(encode(value, lint)));
    }
}

main();
