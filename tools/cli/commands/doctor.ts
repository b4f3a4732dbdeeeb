// `chaincloud doctor`: what is wrong and what to do, for this machine, the board on a port and the platform.
import { fail } from '../../../protocol/errors';
import { diagnose, diagnosisText } from '../../doctor/doctor';
import { realPatient } from '../../doctor/patient';
import { aBaud, DEFAULT_BAUD } from '../../serial/open';
import type { Command } from '../command';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'says what is wrong and what to do',
  flags: {
    port: { value: 'PORT', help: "a board's console; the only USB port when left out" },
    baud: { value: 'N', help: 'speed of the line', default: String(DEFAULT_BAUD) },
    rpc: {
      value: 'URL',
      help: "the node's JSON-RPC; user and password from RPC_USER and RPC_PASSWORD in the environment",
    },
    database: { value: 'PLACE', help: "the API's database: path of its file or postgres://..." },
    api: { value: 'URL', help: 'the API' },
    json: { help: 'one JSON object' },
  },
  async run(input) {
    const { port, rpc, database, api } = input.values;
    for (const url of [rpc, api])
      if (url !== undefined && !/^https?:\/\/./.test(url)) throw fail('usage', `expected http://HOST:PORT, got ${url}`);
    const diagnosis = await diagnose(
      realPatient({
        baud: aBaud(input.values.baud),
        ...(port !== undefined ? { port } : {}),
        ...(rpc !== undefined
          ? { rpc: { url: rpc, user: process.env.RPC_USER ?? '', password: process.env.RPC_PASSWORD ?? '' } }
          : {}),
        ...(database !== undefined ? { database } : {}),
        ...(api !== undefined ? { api } : {}),
      }),
    );
    process.stdout.write(input.switches.json ? `${JSON.stringify(diagnosis)}\n` : diagnosisText(diagnosis));
    return diagnosis.ok ? 0 : 1;
  },
};
