/** `migscope rules` */
import type { Command } from './command.js';
import { EXIT_OK } from './exit-code.js';

export const rules: Command = {
  usage: 'rules',
  summary: 'All rules and problems that validate can report',
  options: (argv) =>
    argv
      .option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' })
      .example('$0 rules', 'code, severity and name of each'),
  async run(parsed) {
    const [{ TextWriter }, { ruleDescriptions }, { table }, { jsonDocument }] = await Promise.all([
      import('../bytes/text-writer.js'),
      import('../report/rule-descriptions.js'),
      import('../report/table.js'),
      import('../bytes/json.js'),
    ]);
    const out = new TextWriter(1);
    const all = ruleDescriptions();
    if (parsed.json === true) out.line(jsonDocument({ schema: 'migscope/rules/1', rules: all }));
    else
      out.line(
        table(
          ['code', 'severity', 'name'],
          all.map(({ code, severity, name }) => [code, severity, name]),
          '',
        ),
      );
    out.flush();
    return EXIT_OK;
  },
};
