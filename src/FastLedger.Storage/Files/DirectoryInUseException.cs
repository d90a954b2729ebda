// SPDX-License-Identifier: Apache-2.0
using System.IO;

namespace FastLedger.Storage;

/// <summary>Another process, or another part of this one, owns the directory.</summary>
public sealed class DirectoryInUseException : IOException
{
    /// <summary>Names the directory.</summary>
    public DirectoryInUseException(string directory)
        : base($"{directory} is in use: its lock file is held by another owner") => Directory = directory;

    /// <summary>Full path.</summary>
    public string Directory { get; }
}
