// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;

namespace FastLedger.Storage.Tests;

/// <summary>A real directory that goes away with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("fastledger-storage-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
