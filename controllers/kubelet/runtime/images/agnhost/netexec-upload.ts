import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import { goJson, log } from '../go-program.ts';
import { type HttpCall, sendText } from '../http-server.ts';
import { fileIn } from './form.ts';

/** `/upload`: keeps a file, and tells where. */
export async function uploadPage(process: Process, call: HttpCall): Promise<void> {
  await log(process, 'GET /upload');
  const content = await fileIn(call, 'file');
  if (!content) return sendText(call, goJson({ error: 'Unable to upload file.' }));
  const path = `/uploads/upload${Math.floor(process.machine.random.fraction() * 1e10)}`;
  try {
    const file = process.open(path, { write: true, create: 0o700, exclusive: true }).retain();
    await process.writeTo(file, content);
    file.release();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return sendText(call, goJson({ error: 'Unable to open file for write' }));
  }
  await log(process, `Wrote upload to ${path}`);
  sendText(call, goJson({ output: path }), 201);
}
