// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;

namespace FastLedger.Load.Nodes;

/// <summary>A new folder that is removed with everything in it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Makes the folder.</summary>
    /// <param name="parent">Where; the system's place for temporary files when null.</param>
    public TemporaryFolder(string? parent = null)
    {
        string root = System.IO.Path.GetFullPath(parent ?? System.IO.Path.GetTempPath());
        Directory.CreateDirectory(root);
        Path = System.IO.Path.Combine(root, "fastledger-" + System.IO.Path.GetRandomFileName());
        Directory.CreateDirectory(Path);
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
