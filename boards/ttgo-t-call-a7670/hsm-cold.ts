// The image of HSM-Cold for this board.
import { startCold } from '../../firmware/cold/main';
import { keepPromptOnWire } from '../espruino/esp32';
import { isServiceBoot } from '../espruino/service';
import { coldHal } from './hal';

if (isServiceBoot()) keepPromptOnWire();
else startCold(coldHal());
