'use strict';
// A device made with npm echonet-lite, kept on loopback: node device.js HOST PORT OBJECTS_JSON
// With a fourth argument, the address of a device, it is a controller: it reads the properties
// named there and prints what the library made of the answers.
const dgram = require('dgram');

const [host, port, objects, target] = process.argv.slice(2);
const real = dgram.createSocket.bind(dgram);
dgram.createSocket = (...args) => {
  const socket = real(...args);
  const bind = socket.bind.bind(socket);
  const send = socket.send.bind(socket);
  socket.bind = (where, ...rest) =>
    typeof where === 'object'
      ? bind({ address: host, port: where.port }, ...rest)
      : bind(where, host, rest[rest.length - 1]);
  socket.addMembership = () => {};
  socket.setMulticastInterface = () => {};
  socket.setMulticastLoopback = () => {};
  socket.send = (buffer, offset, length, to, address, done) =>
    address.startsWith('127.')
      ? send(buffer, offset, length, to, address, done)
      : done && done(null, 0); // nothing leaves loopback
  return socket;
};

const EL = require('echonet-lite');
EL.EL_port = Number(port);
const table = JSON.parse(objects);

const said = (rinfo, els, error) => {
  if (error || !els) return;
  if (target && els.ESV === '72') {
    console.log(JSON.stringify({ from: els.SEOJ, details: els.DETAILs }));
  } else if (!target && els.ESV === '62' && table[els.DEOJ]) {
    EL.replyGetDetail(rinfo, els, table);
  }
};

EL.initialize(Object.keys(table), said, 4, {
  v4: host, ignoreMe: false, autoGetProperties: false, debugMode: false,
}).then(() => {
  console.log('ready');
  if (!target) return;
  for (const [object, details] of Object.entries(table)) {
    EL.sendDetails(target, '05ff01', object, EL.GET, details);
  }
});
