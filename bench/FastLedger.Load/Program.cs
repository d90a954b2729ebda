// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.Threading;
using FastLedger.Load.Machine;
using FastLedger.Load.Reports;
using FastLedger.Load.Workloads;

// Without the fastledger command: the machine, or the order book alone. Everything else needs a node and is reached by "fastledger bench".
switch (args)
{
    case ["machine"]:
        Console.Out.WriteLine(LedgerJson.Write(MachineFingerprint.Read(Environment.CurrentDirectory)));
        return 0;
    case ["book", var seconds] when double.TryParse(seconds, CultureInfo.InvariantCulture, out double length):
        Console.Out.WriteLine(LedgerJson.Write(BookBench.Run(length, "fastledger-load book " + seconds, CancellationToken.None)));
        return 0;
    default:
        Console.Error.WriteLine("usage: fastledger-load machine | book SECONDS");
        return 64;
}
