// SPDX-License-Identifier: Apache-2.0
using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;

namespace FastLedger.Load.Machine;

/// <summary>Which source the running program was built from.</summary>
internal static class SourceRevision
{
    /// <summary>The commit of the working tree the program stands in, "-dirty" when it was changed since; outside a working tree the
    /// commit that the build recorded.</summary>
    public static string Current()
    {
        if (Git("rev-parse HEAD") is { Length: > 0 } head) return Git("status --porcelain") is { Length: 0 } ? head : head + "-dirty";
        string? recorded = typeof(SourceRevision).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        int plus = recorded?.IndexOf('+', StringComparison.Ordinal) ?? -1;
        return plus > 0 ? recorded![(plus + 1)..] : "unknown";
    }

    private static string? Git(string arguments)
    {
        try
        {
            using Process? git = Process.Start(new ProcessStartInfo("git", arguments)
            {
                WorkingDirectory = AppContext.BaseDirectory,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
            if (git is null) return null;
            git.ErrorDataReceived += static (_, _) => { };
            git.BeginErrorReadLine();
            string output = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? output : null;
        }
        catch (Win32Exception)
        {
            // git is not installed.
            return null;
        }
    }
}
