import { z } from 'zod';

/** A list, where the program prints null for one that is left out. */
const words = z.array(z.string()).nullish();

const service = z.object({
  image: z.string(),
  build: z.object({ target: z.string().optional() }).optional(),
  pull_policy: z.string().optional(),
  entrypoint: words,
  command: words,
  user: z.string().optional(),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  secrets: z.array(z.object({ source: z.string(), target: z.string().optional() })).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  profiles: z.array(z.string()).default([]),
  networks: z.record(z.string(), z.unknown()).default({}),
  network_mode: z.string().optional(),
  ports: z
    .array(
      z.object({
        host_ip: z.string().optional(),
        published: z.string().optional(),
        target: z.number(),
      }),
    )
    .default([]),
  volumes: z
    .array(
      z.object({
        type: z.string(),
        source: z.string().optional(),
        target: z.string(),
        read_only: z.boolean().optional(),
      }),
    )
    .default([]),
  tmpfs: z.array(z.string()).default([]),
  read_only: z.boolean().optional(),
  privileged: z.boolean().optional(),
  cap_drop: z.array(z.string()).default([]),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  restart: z.string().optional(),
  stop_grace_period: z.string().optional(),
  healthcheck: z
    .object({
      test: z.array(z.string()).optional(),
      disable: z.boolean().optional(),
      interval: z.string().optional(),
      timeout: z.string().optional(),
      start_period: z.string().optional(),
    })
    .optional(),
  logging: z.object({ driver: z.string(), options: z.record(z.string(), z.string()) }).optional(),
  deploy: z
    .object({
      replicas: z.number().optional(),
      resources: z
        .object({
          limits: z
            .object({
              cpus: z.coerce.number().optional(),
              memory: z.coerce.number().optional(),
              pids: z.number().optional(),
            })
            .optional(),
        })
        .optional(),
    })
    .optional(),
});

/** What `docker compose config --format json` prints: interpolated, merged, in its long syntax. */
export const composeConfigSchema = z.object({
  name: z.string(),
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() })),
  volumes: z.record(z.string(), z.unknown()).default({}),
  secrets: z.record(z.string(), z.object({ file: z.string() })).default({}),
});

export type ComposeConfig = z.infer<typeof composeConfigSchema>;
export type ComposeService = ComposeConfig['services'][string];
