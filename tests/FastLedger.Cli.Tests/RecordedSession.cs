// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;

namespace FastLedger.Cli.Tests;

/// <summary>Finds a recorded market session beside the working tree. Tests that need it pass over when it is absent and say so.</summary>
internal static class RecordedSession
{
    private const string FileName = "cme-es-l3-2023-12-25.csv.gz";

    /// <summary>Price of one tick of the recorded instrument.</summary>
    public const decimal Tick = 0.25m;

    /// <summary>Path of the file, or null when no directory above holds <c>shared/data</c> with it.</summary>
    public static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", "data", FileName);
            if (File.Exists(path)) return path;
        }

        return null;
    }
}
