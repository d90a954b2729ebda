// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text.Json;
using BenchmarkDotNet.Running;
using FastLedger.Benchmarks.Cryptography;

// "measure hash|merkle" prints one line of JSON; everything else is BenchmarkDotNet's.
switch (args)
{
    case ["measure", "hash"]:
        Console.WriteLine(JsonSerializer.Serialize(HashMeasurement.Run()));
        break;
    case ["measure", "merkle"]:
        Console.WriteLine(JsonSerializer.Serialize(MerkleMeasurement.Run()));
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}
