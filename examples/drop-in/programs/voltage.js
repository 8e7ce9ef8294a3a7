// A script for Node.js with the package koffi: `node voltage.js PATH`.

const koffi = require('koffi');
const path = require('path');

const library = koffi.load(path.resolve(process.argv[2]));
// The declarations of meter.h, with `_Out_` for what the function writes.
const OnValue = koffi.proto('int OnValue(double value, void *user)');
const meter_open = library.func('int meter_open(int channel, _Out_ void **meter)');
const meter_read = library.func('int meter_read(void *meter, _Out_ double *values, int capacity)');
const meter_watch = library.func('int meter_watch(void *meter, OnValue *on_value, void *user)');
const meter_unit = library.func('const char *meter_unit(void *meter)');
const meter_close = library.func('void meter_close(void *meter)');
const pointer_bits = library.func('int pointer_bits()');
const bridge32_last_error = library.func('size_t bridge32_last_error(_Out_ uint8_t *buffer, size_t size)');

function lastError() {
  const reason = Buffer.alloc(512);
  bridge32_last_error(reason, reason.length);
  return reason.toString('utf8', 0, reason.indexOf(0));
}

console.log(`this program has ${koffi.sizeof('void *') * 8} bits, the library ${pointer_bits()}`);

const place = [null];
if (meter_open(9, place) !== 0) {
  const name = Object.keys(koffi.os.errno).find((name) => koffi.os.errno[name] === koffi.errno());
  console.log(`channel 9: errno is ${name ?? 'not known'}`);
}
if (meter_open(1, place) !== 0) {
  console.error(lastError());
  process.exit(1);
}
const meter = place[0];

const values = new Float64Array(8);
const count = meter_read(meter, values, values.length);
for (const value of values.subarray(0, count)) {
  console.log(`${value.toFixed(2)} ${meter_unit(meter)}`);
}

let sum = 0;
const seen = meter_watch(meter, (value, user) => {
  sum += value;
  return value < 2.5 ? 1 : 0;
}, null);
console.log(`the sum of ${seen} values is ${sum.toFixed(2)}`);
meter_close(meter);
