// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text.Json;
using BenchmarkDotNet.Running;
using FastLedger.Benchmarks.Clearing;
using FastLedger.Benchmarks.Storage;

// "measure …" prints one line of JSON; everything else is BenchmarkDotNet's.
if (args is ["measure", "resolution"])
    Console.WriteLine(JsonSerializer.Serialize(new[] { ResolutionMeasurement.Run(balance: 0), ResolutionMeasurement.Run(balance: 1_000_000) }));
else if (args is ["measure", "counterparty"])
    Console.WriteLine(JsonSerializer.Serialize(CounterpartyMeasurement.Run()));
else if (args is ["measure", "store", string folder, string pages])
    Console.WriteLine(JsonSerializer.Serialize(new[] { StoreMeasurement.Run(folder, int.Parse(pages), direct: false), StoreMeasurement.Run(folder, int.Parse(pages), direct: true) }));
else
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
