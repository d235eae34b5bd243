import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('YAML bodies are read and refused as on a real server', () => replayWire('api/hostile/yaml.json'));
