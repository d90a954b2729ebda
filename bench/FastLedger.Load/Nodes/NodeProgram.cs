// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace FastLedger.Load.Nodes;

/// <summary>How to start the <c>fastledger</c> command in a process of its own.</summary>
/// <param name="FileName">Executable.</param>
/// <param name="Prefix">Arguments before the verb.</param>
public sealed record NodeProgram(string FileName, IReadOnlyList<string> Prefix)
{
    /// <summary>The program that is running now.</summary>
    public static NodeProgram Current()
    {
        string path = Environment.ProcessPath ?? throw new InvalidOperationException("The path of the running program is unknown.");
        // Under "dotnet fastledger.dll" the process is the runtime's host and the program its first argument.
        return Path.GetFileNameWithoutExtension(path) == "dotnet" ? FromLibrary(Environment.GetCommandLineArgs()[0]) : new NodeProgram(path, []);
    }

    /// <summary>
    /// The same program, which the system lets write no file longer than so many KiB: to it, the disk is full. The runtime's own memory files
    /// would be cut, too, so it goes without them.
    /// </summary>
    public NodeProgram WithFileLimit(int kib) =>
        new("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; ulimit -f {2 * kib}; exec \"$0\" \"$@\""), FileName, .. Prefix]);

    /// <summary>A program given as a library, run by the runtime's host.</summary>
    public static NodeProgram FromLibrary(string library)
    {
        string? root = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        string? host = root is null ? null : Path.Combine(root, "dotnet");
        return new NodeProgram(File.Exists(host) ? host : "dotnet", [Path.GetFullPath(library)]);
    }
}
