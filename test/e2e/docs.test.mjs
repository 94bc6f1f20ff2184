// What the documentation names is there: files, flags, links.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isCafqd } from './support/broker.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const skip = !isCafqd || !existsSync(join(root, '.git'));

const programs = ['CAFQD', 'CAFQ', 'CAFQLOOKUPD'].map((x) => process.env[x]);

const git = (...args) =>
  execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).split('\n').filter(Boolean);
const read = (file) => readFileSync(join(root, file), 'utf8');
const found = (text, pattern) => [...text.matchAll(pattern)].map((x) => x[1]);

// The help of a program and of all commands below it.
function help(program, command = []) {
  const text = execFileSync(program, [...command, '--help'], { encoding: 'utf8' });
  const [, list = ''] = text.split(/^Subcommands:$/m);
  const below = found(list.split(/\n\n/)[0], /^ {2}(\w+)/gm);
  return text + below.map((x) => help(program, [...command, x])).join('');
}

// A file by its whole path, or by the end of it where there is one like that.
function isThere(files, name) {
  return files.some((x) => x === name || x.endsWith(`/${name}`));
}

describe('documentation', { skip }, () => {
  const files = skip ? [] : git('ls-files');
  const pages = files.filter((x) => x.endsWith('.md'));

  it('names files that exist', () => {
    // What a node writes, or a package installs.
    const elsewhere = /^\/|^cafq\.mdb|^cafqd\.conf$/;
    for (const page of pages)
      for (const name of found(read(page), /`([\w/.-]+\.(?:cpp|hpp|mjs|md|json|cmake|example|service|conf|mdb))`/g))
        if (!elsewhere.test(name)) assert.ok(isThere(files, name), `${page}: ${name}`);
  });

  it('leads to pages and headings that exist', () => {
    const anchor = (x) => x.toLowerCase().replace(/[^\w -]/g, '').replaceAll(' ', '-');
    const headings = (file) => found(read(file), /^#+ (.*)$/gm).map(anchor);
    for (const page of pages)
      for (const link of found(read(page), /\]\((?!https?:)([^)\s]+)\)/g)) {
        const [path, heading] = link.split('#');
        const target = path ? normalize(join(dirname(page), path)) : page;
        assert.ok(existsSync(join(root, target)), `${page}: ${link}`);
        if (heading) assert.ok(headings(target).includes(heading), `${page}: ${link}`);
      }
  });

  it('has help that a terminal can show', () => {
    for (const program of programs)
      assert.doesNotMatch(help(program), /[^\n\x20-\x7e]|ENUM/);
  });

  // npm only warns, and then a package says so when it runs.
  it('names packages that run on the Node.js of Debian bookworm', () => {
    for (const lock of files.filter((x) => x.endsWith('package-lock.json')))
      for (const [name, { engines }] of Object.entries(JSON.parse(read(lock)).packages))
        if (engines?.node)
          assert.ok(engines.node.split('||').some((x) => Number(x.match(/\d+/)[0]) <= 18), `${name}: ${engines.node}`);
  });

  it('names flags that exist', () => {
    const scripts = files.filter((x) => x === 'dev' || /^bench\/.*mjs$/.test(x));
    const texts = [...programs.map((x) => help(x)), ...scripts.map(read)];
    const known = new Set(texts.flatMap((x) => found(x, /(?<![\w-])--?([a-z][a-z0-9-]+)/g)));
    for (const page of pages.filter((x) => !x.startsWith('docs/adr/')))
      for (const flag of found(read(page), /`--?([a-z][a-z0-9-]+[a-z0-9])(?![\w*-])/g))
        assert.ok(known.has(flag), `${page}: --${flag}`);
  });

  it('has a row for each suite', () => {
    const text = read('test/e2e/README.md');
    const listed = read('test/e2e/CMakeLists.txt');
    for (const file of files.filter((x) => /^test\/e2e\/\w+\.test\.mjs$/.test(x))) {
      const name = file.split('/').at(-1);
      assert.ok(text.includes(`| ${name} |`), `README.md: ${name}`);
      assert.match(listed, new RegExp(`^ +${name.replace('.test.mjs', '')}\\)?$`, 'm'), `CMakeLists.txt: ${name}`);
    }
  });
});
