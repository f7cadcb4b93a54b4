// Runs the script of docs/sources/google_forms.md with stand-ins for Google's services.
// In: {script, secret, now, steps: [{call, responses, codes}]}. Out: what each step posted, or why it failed.
const crypto = require('node:crypto');
const vm = require('node:vm');

const input = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const properties = new Map(input.secret ? [['GATEWAY_SECRET', input.secret]] : []);
let triggers = [];
let now = input.now;
let responses = [];
let codes = [];
let posts = [];

const response = (given) => ({
  getId: () => given.id,
  getTimestamp: () => new Date(given.time),
  getRespondentEmail: () => given.email || '',
  getItemResponses: () =>
    given.answers.map(([title, type, value]) => ({
      getItem: () => ({ getTitle: () => title, getType: () => ({ toString: () => type }) }),
      getResponse: () => value,
    })),
});

const form = {
  getId: () => '1FAIpQLSe',
  getTitle: () => 'Enquiry',
  getResponses: (since) => responses.filter((each) => each.time >= since.getTime()).map(response),
};

const building = (trigger) => ({
  forForm: () => building({ ...trigger, on: 'form' }),
  onFormSubmit: () => building({ ...trigger, on: 'submit' }),
  timeBased: () => building({ ...trigger, on: 'time' }),
  everyHours: (hours) => building({ ...trigger, hours }),
  create: () => triggers.push({ ...trigger, getHandlerFunction: () => trigger.name }),
});

class StoppedDate extends Date {
  constructor(...given) {
    super(...(given.length ? given : [now]));
  }
  static now() {
    return now;
  }
}

const context = vm.createContext({
  Date: StoppedDate,
  FormApp: { getActiveForm: () => form },
  LockService: { getScriptLock: () => ({ tryLock: () => true, releaseLock: () => {} }) },
  PropertiesService: {
    getScriptProperties: () => ({
      getProperty: (name) => properties.get(name) ?? null,
      setProperty: (name, value) => {
        if (Buffer.byteLength(value) > 9 * 1024) throw new Error('a property holds 9 kB at most');
        properties.set(name, value);
      },
    }),
  },
  ScriptApp: {
    getProjectTriggers: () => triggers,
    deleteTrigger: (gone) => (triggers = triggers.filter((each) => each !== gone)),
    newTrigger: (name) => building({ name }),
  },
  UrlFetchApp: {
    fetch: (url, request) => {
      const code = codes.length ? codes.shift() : 200;
      posts.push({ url, code, ...request });
      if (!code) throw new Error('DNS error');
      return { getResponseCode: () => code };
    },
  },
  Utilities: {
    Charset: { UTF_8: 'utf8' },
    sleep: () => {},
    computeHmacSha256Signature: (text, key, charset) => [
      ...new Int8Array(crypto.createHmac('sha256', key).update(text, charset).digest()),
    ],
  },
});

vm.runInContext(input.script, context);
const steps = input.steps.map((step) => {
  posts = [];
  responses = step.responses ?? responses;
  codes = step.codes ?? [];
  let error = null;
  try {
    vm.runInContext(`${step.call}()`, context);
  } catch (thrown) {
    error = thrown.message;
  }
  return { posts, error, triggers: triggers.map(({ name, on, hours }) => ({ name, on, hours })) };
});
process.stdout.write(JSON.stringify(steps));
