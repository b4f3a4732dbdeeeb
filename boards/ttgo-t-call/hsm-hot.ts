// The image of HSM-Hot for this board.
import { startHot } from '../../firmware/hot/main';
import { isServiceBoot } from '../espruino/service';
import { hotHal } from './hal';

if (!isServiceBoot()) startHot(hotHal());
