// node validate.js FILE…: whether each is SARIF 2.1.0, by the schema that @microsoft/jest-sarif carries.
'use strict';

const fs = require('fs');
const Ajv = require('ajv');

const schema = require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
// The schema is of draft 4, which ajv 6 reads when it is told to.
const ajv = new Ajv({ schemaId: 'auto', allErrors: true, meta: false, unknownFormats: 'ignore' });
ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'));
const validate = ajv.compile(schema);

let wrong = 0;
for (const file of process.argv.slice(2)) {
  if (validate(JSON.parse(fs.readFileSync(file, 'utf8')))) {
    console.log(`${file}: valid`);
    continue;
  }
  wrong = 1;
  for (const error of validate.errors) console.log(`${file}: ${error.dataPath} ${error.message}`);
}
process.exit(wrong);
