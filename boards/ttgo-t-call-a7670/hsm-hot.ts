// The image of HSM-Hot for this board.
import { startHot } from '../../firmware/hot/main';
import { keepPromptOnWire } from '../espruino/esp32';
import { isServiceBoot } from '../espruino/service';
import { hotHal } from './hal';

if (isServiceBoot()) keepPromptOnWire();
else startHot(hotHal());
