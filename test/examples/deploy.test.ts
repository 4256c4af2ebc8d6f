import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };

const root = resolve(import.meta.dirname, '../..');
const deploy = join(root, 'examples/amazon-appliances/deploy');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** The instructions of a Dockerfile; lines that go on are joined. */
const instructions = readFileSync(join(deploy, 'Dockerfile'), 'utf8')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  .map((line) => /^\s*([A-Z]+)\s+(.*)$/.exec(line)?.slice(1) as [string, string]);
const all = (name: string) => instructions.filter(([it]) => it === name).map(([, rest]) => rest);
const final = instructions.slice(instructions.findLastIndex(([name]) => name === 'FROM'));

describe('the Dockerfile', () => {
  it('builds in stages, copies what exists, and runs as a user of its own', () => {
    expect(all('FROM').map((it) => it.replace(/ AS .*/, ''))).toEqual(['node:22-bookworm-slim', 'node:22-bookworm-slim']);
    for (const copy of all('COPY').filter((it) => !it.startsWith('--from'))) {
      for (const source of copy.split(' ').slice(0, -1)) expect(existsSync(join(root, source)), source).toBe(true);
    }
    expect(final.filter(([name]) => name === 'USER')).toEqual([['USER', 'node']]);
    const after = final.slice(final.findIndex(([name]) => name === 'USER')).map(([name]) => name);
    expect(after).toEqual(['USER', 'VOLUME', 'EXPOSE', 'HEALTHCHECK', 'STOPSIGNAL', 'CMD']);
    expect(all('RUN').join()).not.toMatch(/curl|apt-get|sudo/);
  });

  it('has commands that start the shop, say when it is ready, and stop it', async () => {
    const command: string[] = JSON.parse(all('CMD')[0]);
    const check: string[] = JSON.parse(/CMD (\[.*\])$/.exec(all('HEALTHCHECK')[0])?.[1] as string);
    const dataDir = mkdtempSync(join(tmpdir(), 'shop-deploy-'));
    const env = { ...process.env, DATA_DIR: dataDir, PORT: '0', ADMIN_PASSWORD: 'x', APPLIANCES_SCALE: '0.002' };
    const shop = spawn(command[0], command.slice(1), { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((done) => shop.once('exit', done));
    let port = '';
    for await (const line of createInterface({ input: shop.stdout })) {
      port = /^ready .*:(\d+)\/$/.exec(line)?.[1] ?? '';
      if (port) break;
    }
    const healthy = () => spawnSync(check[0], check.slice(1), { env: { ...process.env, PORT: port } }).status;
    expect(healthy()).toBe(0);
    shop.kill(all('STOPSIGNAL')[0] as NodeJS.Signals);
    expect(await ended).toBe(0);
    expect(healthy()).toBe(1);
    rmSync(dataDir, { recursive: true });
  }, 240_000);
});

describe('compose', () => {
  const { services, volumes } = parse(readFileSync(join(deploy, 'compose.yaml'), 'utf8'));

  it('has the shop, Redis, Prometheus and Grafana, and no secret in the file', () => {
    expect(Object.keys(services)).toEqual(['shop', 'redis', 'prometheus', 'grafana']);
    for (const service of Object.values<{ image?: string; depends_on?: object; volumes?: string[] }>(services)) {
      if (service.image) expect(service.image).toMatch(/:[^:]*\d/);
      for (const name of Array.isArray(service.depends_on) ? service.depends_on : Object.keys(service.depends_on ?? {}))
        expect(services).toHaveProperty(name);
      for (const volume of service.volumes ?? []) {
        const [source] = volume.split(':');
        if (source.startsWith('.')) expect(existsSync(join(deploy, source)), source).toBe(true);
        else expect(volumes).toHaveProperty(source);
      }
    }
    for (const name of ['ADMIN_PASSWORD', 'JWT_SECRET']) expect(services.shop.environment[name]).toMatch(/^\$\{\w+:\?/);
  });

  it('names only settings that the shop knows', () => {
    const known = read('examples/amazon-appliances/.env.example');
    for (const name of Object.keys(services.shop.environment)) expect(known).toContain(`${name}=`);
  });
});

describe('the manifests for Kubernetes', () => {
  const documents = readdirSync(join(deploy, 'kubernetes')).flatMap((file) =>
    parseAllDocuments(readFileSync(join(deploy, 'kubernetes', file), 'utf8')).map((it) => it.toJS()),
  );

  it('are a service, a set with its data, and a policy, which belong together', () => {
    expect(documents.map((it) => `${it.apiVersion} ${it.kind}`)).toEqual([
      'v1 Service',
      'apps/v1 StatefulSet',
      'networking.k8s.io/v1 NetworkPolicy',
    ]);
    const [service, set, policy] = documents;
    const { labels } = set.spec.template.metadata;
    expect(set.spec.selector.matchLabels).toEqual(labels);
    expect(service.spec.selector).toEqual(labels);
    expect(policy.spec.podSelector.matchLabels).toEqual(labels);
    expect(set.spec.serviceName).toBe(service.metadata.name);
    const [container] = set.spec.template.spec.containers;
    const mounts = container.volumeMounts.map((it: { name: string }) => it.name);
    const there = [...set.spec.template.spec.volumes, ...set.spec.volumeClaimTemplates.map((it: { metadata: object }) => it.metadata)];
    expect(mounts.sort()).toEqual(there.map((it: { name: string }) => it.name).sort());
    expect(container.ports.map((it: { name: string }) => it.name)).toContain(service.spec.ports[0].targetPort);
  });

  it('run nothing as root, with nothing to write to but its volumes', () => {
    const { spec } = documents[1].spec.template;
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(spec.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });
});

describe('the files for several machines', () => {
  const scale = join(root, 'examples/scale');
  const settings = readFileSync(join(scale, 'settings.ts'), 'utf8');
  const roles = ['processor', 'replica', 'fit'];
  const known = (name: string) => settings.includes(`process.env.${name}`);
  const { services, volumes } = parse(readFileSync(join(scale, 'deploy/compose.yaml'), 'utf8'));
  const documents = parseAllDocuments(readFileSync(join(scale, 'deploy/kubernetes.yaml'), 'utf8')).map((it) => {
    expect(it.errors).toEqual([]);
    return it.toJS();
  });
  const of = (kind: string) => documents.filter((it) => it.kind === kind);
  const workloads = [...of('Deployment'), ...of('StatefulSet')];
  const podOf = (it: { kind: string; spec: { template: object; jobTemplate: { spec: { template: object } } } }) =>
    // biome-ignore lint/suspicious/noExplicitAny: what a manifest holds
    (it.kind === 'CronJob' ? it.spec.jobTemplate.spec.template : it.spec.template) as any;

  it('build an image of what exists, which runs as a user of its own', () => {
    const lines = readFileSync(join(scale, 'deploy/Dockerfile'), 'utf8').split('\n');
    for (const line of lines.filter((it) => /^COPY (?!--from)/.test(it)))
      for (const source of line.split(' ').slice(1, -1)) expect(existsSync(join(root, source)), source).toBe(true);
    expect(lines).toContain('USER node');
    const entry = JSON.parse((lines.find((it) => it.startsWith('ENTRYPOINT')) as string).slice('ENTRYPOINT '.length));
    expect(existsSync(join(root, entry.at(-1)))).toBe(true);
    expect(spawnSync(entry[0], entry.slice(1), { cwd: root, encoding: 'utf8' })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(roles.join(', ')),
    });
  }, 240_000);

  it('compose: services that depend on each other, settings that are known, and no secret', () => {
    expect(Object.keys(services)).toEqual(['kafka', 'postgres', 'processor', 'replica']);
    for (const [name, service] of Object.entries<{
      image: string;
      command?: string[];
      environment: object;
      depends_on?: object;
      volumes?: string[];
    }>(services)) {
      for (const volume of service.volumes ?? []) expect(volumes).toHaveProperty([volume.split(':')[0]]);
      for (const [other, { condition }] of Object.entries<{ condition: string }>((service.depends_on ?? {}) as never)) {
        expect(condition).toBe('service_healthy');
        expect(services[other]).toHaveProperty('healthcheck');
      }
      if (!service.command) continue;
      expect(roles).toContain(service.command[0]);
      expect(service.command[0]).toBe(name);
      for (const setting of Object.keys(service.environment)) expect(known(setting), setting).toBe(true);
    }
    expect(readFileSync(join(scale, 'deploy/compose.yaml'), 'utf8').match(/POSTGRES_PASSWORD(?!: |=\.|:\?)/g)).toBeNull();
  });

  it('Kubernetes: what is selected, named and mounted is there', () => {
    for (const { spec } of workloads) expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels);
    const containersOf = (app: string) => workloads.find(({ metadata }) => metadata.name === app)?.spec.template.spec.containers ?? [];
    for (const { spec } of of('Service')) {
      const ports = containersOf(spec.selector.app)[0].ports.map((it: { name: string }) => it.name);
      for (const { targetPort } of spec.ports) expect(ports).toContain(targetPort);
    }
    for (const { spec } of [...of('PodDisruptionBudget'), ...of('NetworkPolicy')])
      expect(containersOf((spec.selector ?? spec.podSelector).matchLabels.app)).toHaveLength(1);
    for (const { spec } of of('HorizontalPodAutoscaler')) expect(containersOf(spec.scaleTargetRef.name)).toHaveLength(1);
    for (const { spec } of of('StatefulSet')) expect(of('Service').map((it) => it.metadata.name)).toContain(spec.serviceName);
    for (const name of Object.keys(of('ConfigMap')[0].data)) expect(known(name), name).toBe(true);
    for (const it of [...workloads, ...of('CronJob')]) {
      const [container] = podOf(it).spec.containers;
      const there = [
        ...(podOf(it).spec.volumes ?? []),
        ...(it.spec.volumeClaimTemplates ?? []).map((each: { metadata: object }) => each.metadata),
      ];
      expect(there.map(({ name }) => name)).toEqual(container.volumeMounts.map(({ name }: { name: string }) => name));
      if (container.args) expect(roles).toContain(container.args[0]);
      for (const source of container.envFrom ?? [])
        expect((source.configMapRef ?? source.secretRef).name).toBe(of('ConfigMap')[0].metadata.name);
    }
  });

  it('Kubernetes: nothing runs as root or takes all memory of a node', () => {
    for (const it of [...workloads, ...of('CronJob')]) {
      const { spec } = podOf(it);
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(spec.automountServiceAccountToken).toBe(false);
      for (const { securityContext, resources, image } of spec.containers) {
        expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
        expect(resources.limits.memory).toMatch(/Gi$/);
        if (!image.startsWith('attune-scale')) expect(image).toMatch(/:[^:]*\d/);
        else expect(securityContext.readOnlyRootFilesystem).toBe(true);
      }
    }
  });
});

describe('the workflows', () => {
  const workflows = ['ci', 'release'].map((name) => parse(read(`.github/workflows/${name}.yml`)));

  it('run commands that exist, with no more rights than they need', () => {
    for (const { jobs, permissions } of workflows) {
      expect(permissions).toEqual({ contents: 'read' });
      for (const { steps, 'timeout-minutes': minutes } of Object.values<{
        steps: { run?: string; uses?: string }[];
        'timeout-minutes': number;
      }>(jobs)) {
        expect(minutes).toBeGreaterThan(0);
        for (const { run = '', uses } of steps) {
          if (uses) expect(uses).toMatch(/^actions\/[a-z-]+@v\d+$/);
          for (const [, script] of run.matchAll(/npm run (?:-s )?([\w:]+)/g)) expect(manifest.scripts).toHaveProperty([script]);
          for (const [, file] of run.matchAll(/-f (\S+)/g)) expect(existsSync(join(root, file)), file).toBe(true);
        }
      }
    }
  });

  it('publish without a token', () => {
    expect(read('.github/workflows/release.yml')).not.toMatch(/secrets\./);
  });
});
