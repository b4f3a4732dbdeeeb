// Bundles images in a thread of its own, one after another as they are given: six images on two processors take half
// the time.
import { parentPort, workerData } from 'node:worker_threads';
import { useCompiled } from './es5';
import { bundleImage, type BundleAnswer, type BundleJob } from './images';

const answer = (message: BundleAnswer): void => parentPort?.postMessage(message);

useCompiled((workerData as { errors: { [file: string]: string[] } }).errors);
parentPort?.on('message', (job: BundleJob) => {
  bundleImage(job.entry, job.out).then(
    (figures) => answer({ name: job.name, figures }),
    (error: Error) => answer({ message: error.message }),
  );
});
