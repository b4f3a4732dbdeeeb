// The image of HSM-Cold for this board.
import { startCold } from '../../firmware/cold/main';
import { isServiceBoot } from '../espruino/service';
import { coldHal } from './hal';

if (!isServiceBoot()) startCold(coldHal());
