// Calls of test/t/drivers.py by node's pg: a statement and its parameters a
// line.  Results are text: what pg reads of a binary bigint is not reliable.
'use strict';

const readline = require('readline');
const { Client } = require('pg');

function bind(kind, value) {
    switch (kind) {
        case 'integer': return Number(value);
        case 'boolean': return value === 'true';
        case 'time': return new Date(value);
        case 'lines': return JSON.stringify(JSON.parse(value));
        case 'integers': return value.split(',').map(Number);
        case 'ids':
        case 'decimals':
        case 'texts': return value.split(',');
        default: return value;
    }
}

async function call(client, line) {
    const [text, ...fields] = line.split('\t');
    const values = fields.map((field) => {
        const colon = field.indexOf(':');
        return bind(field.slice(0, colon), field.slice(colon + 1));
    });
    try {
        const result = await client.query(text, values);
        const row = result.rows[0];
        return result.fields.map((field) => field.name).join(',') + '\t' +
            [row.posting_id, row.document_number, row.status, row.replayed].join(',');
    } catch (error) {
        return `error\t${error.code} ${error.message}`;
    }
}

async function main() {
    const client = new Client();
    await client.connect();
    for await (const line of readline.createInterface({ input: process.stdin })) {
        console.log(await call(client, line));
    }
    await client.end();
}

main();
