// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Load.Machine;
using FastLedger.Load.Reports;

Console.Out.WriteLine(LedgerJson.Write(MachineFingerprint.Read(args.Length == 1 ? args[0] : Environment.CurrentDirectory)));
return 0;
