// The subcommands of `chaincloud`, in the order in which `--help` lists them.
import type { Command } from '../command';
import { apiCommand } from './api';
import { gatewayCommand } from './gateway';
import { simCommand } from './sim';
import { vdeviceCommand } from './vdevice';
import { websiteCommand } from './website';

export const COMMANDS: Command[] = [simCommand, apiCommand, gatewayCommand, vdeviceCommand, websiteCommand];
