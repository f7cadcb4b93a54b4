// Finds the proof of work that a challenge asks for: ALTCHA with PBKDF2. The browser derives each key outside the
// page's own thread, so the page stays awake. It stands in front of embed.js and of proof.js (tests/browser/minify.js).

// Milliseconds; the server takes a proof for longer than that.
const FRESH = 300000;
// Milliseconds that a visitor who has sent the form waits for a slow machine.
const LONGEST = 15000;

const bytes = text => text.match(/../g).map(pair => parseInt(pair, 16));
const hex = buffer => Array.from(new Uint8Array(buffer), byte => (byte + 256).toString(16).slice(1)).join("");

// Rejects when the network fails. Empty when there is no proof to be had: the server wants none or has a trouble
// of its own, or the page is not in a secure context. The enquiry then goes without.
async function prove(address) {
  const answer = crypto.subtle && await fetch(address);
  if (answer?.status !== 200) return "";
  const challenge = await answer.json();
  const {algorithm, cost, keyLength, keyPrefix, nonce, salt} = challenge.parameters;
  const [name, hash] = algorithm.split("/");
  const rule = {name, hash, iterations: cost, salt: new Uint8Array(bytes(salt))};
  const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]);
  for (let counter = 0; ; counter++) {
    new DataView(password.buffer).setUint32(password.length - 4, counter);
    const key = await crypto.subtle.importKey("raw", password, name, false, ["deriveBits"]);
    const derivedKey = hex(await crypto.subtle.deriveBits(rule, key, keyLength * 8));
    if (derivedKey.startsWith(keyPrefix)) return btoa(JSON.stringify({challenge, solution: {counter, derivedKey}}));
  }
}

// The proofs of one form: begun while the visitor types, made anew when it has grown old; a spent one is not given again.
function proofs(address) {
  let proof, made;
  return spend => {
    if (!proof || Date.now() - made > FRESH) {
      made = Date.now();
      proof = prove(address);
      proof.catch(() => { proof = null; });
    }
    const found = Promise.race([proof, new Promise(done => setTimeout(done, LONGEST, ""))]);
    if (spend) proof = null;
    return found;
  };
}
