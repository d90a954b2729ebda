// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text.Json;
using BenchmarkDotNet.Running;
using FastLedger.Benchmarks.Clearing;
using FastLedger.Benchmarks.Cryptography;

// "measure hash|merkle|signatures|resolution" prints one line of JSON, "measure hash FILE" a digest; everything else is BenchmarkDotNet's.
switch (args)
{
    case ["measure", "hash"]:
        Console.WriteLine(JsonSerializer.Serialize(HashMeasurement.Run()));
        break;
    case ["measure", "resolution"]:
        Console.WriteLine(JsonSerializer.Serialize(new[] { ResolutionMeasurement.Run(balance: 0), ResolutionMeasurement.Run(balance: 1_000_000) }));
        break;
    case ["measure", "merkle"]:
        Console.WriteLine(JsonSerializer.Serialize(MerkleMeasurement.Run()));
        break;
    case ["measure", "hash", string file]:
        Console.WriteLine($"{FileDigest.Of(file)}  {file}");
        break;
    case ["measure", "signatures"]:
        Console.WriteLine(JsonSerializer.Serialize(SignatureMeasurement.Run()));
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}
