// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Load.Nodes;

namespace FastLedger.Cli.Testnet;

/// <summary>
/// A node that outlives the command that started it, known by its process id in a file. Ids are given away again, so a process counts as the node only while its
/// command line is the one that it was started with.
/// </summary>
internal sealed partial class RecordedProcess(string pidFile, string logFile, string configFile)
{
    private const int Kill9 = 9, Term = 15;

    /// <summary>Replaces itself by the node, in a session of its own and with the log as its output: nothing of the starting terminal or pipe stays open.</summary>
    private const string Launcher = """
        log=$1; shift; exec </dev/null >>"$log" 2>&1
        if command -v setsid >/dev/null 2>&1; then exec setsid "$@"; fi
        trap '' HUP; exec "$@"
        """;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Id of the running process; null when it does not run.</summary>
    public int? Id => ReadId() is { } id && IsNode(id) ? id : null;

    /// <summary>Starts the node.</summary>
    public int Start(NodeProgram program)
    {
        var start = new ProcessStartInfo("/bin/sh");
        foreach (string argument in new[] { "-c", Launcher, "sh", logFile, program.FileName }) start.ArgumentList.Add(argument);
        foreach (string argument in program.Prefix) start.ArgumentList.Add(argument);
        foreach (string argument in Arguments) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start) ?? throw new IOException("/bin/sh did not start.");
        File.WriteAllText(pidFile, process.Id.ToString(CultureInfo.InvariantCulture));
        return process.Id;
    }

    /// <summary>Asks the node to end in good order, and waits.</summary>
    /// <returns>False when it did not run.</returns>
    /// <exception cref="IOException">It still runs at the deadline.</exception>
    public Task<bool> StopAsync(TimeSpan deadline, CancellationToken ct) => SignalAsync(Term, deadline, ct);

    /// <summary>Ends the node as a crash would, and waits until it is gone.</summary>
    /// <returns>False when it did not run.</returns>
    public Task<bool> KillAsync(TimeSpan deadline, CancellationToken ct) => SignalAsync(Kill9, deadline, ct);

    /// <summary>The last lines of the log.</summary>
    public string LogTail(int lines)
    {
        if (!File.Exists(logFile)) return "";
        string[] all = File.ReadAllLines(logFile);
        return string.Join(Environment.NewLine, all[Math.Max(0, all.Length - lines)..]);
    }

    private IReadOnlyList<string> Arguments => ["node", "--config", configFile];

    private async Task<bool> SignalAsync(int signal, TimeSpan deadline, CancellationToken ct)
    {
        if (Id is not { } id) return false;
        if (Kill(id, signal) != 0 && IsNode(id)) throw new IOException($"Process {id} cannot be signalled: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        var clock = Stopwatch.StartNew();
        while (IsNode(id))
        {
            if (clock.Elapsed > deadline) throw new IOException($"Process {id} did not end within {deadline.TotalSeconds:0} s.");
            await Task.Delay(PollInterval, ct).ConfigureAwait(false);
        }

        File.Delete(pidFile);
        return true;
    }

    private int? ReadId() => File.Exists(pidFile) && int.TryParse(File.ReadAllText(pidFile), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id > 1 ? id : null;

    private bool IsNode(int id)
    {
        string line = CommandLineOf(id);
        return line.Contains(string.Join('\0', Arguments), StringComparison.Ordinal);
    }

    /// <summary>The command line of a process, arguments separated by zero characters; empty when there is none, or it is dead and not yet buried.</summary>
    private static string CommandLineOf(int id)
    {
        string file = string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/cmdline");
        try
        {
            if (Directory.Exists("/proc/self")) return File.Exists(file) ? File.ReadAllText(file) : "";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return ""; // it ended while it was looked at, or belongs to somebody else
        }

        var ps = new ProcessStartInfo("ps") { RedirectStandardOutput = true };
        foreach (string argument in new[] { "-ww", "-o", "args=", "-p", id.ToString(CultureInfo.InvariantCulture) }) ps.ArgumentList.Add(argument);
        using Process process = Process.Start(ps) ?? throw new IOException("ps did not start.");
        string text = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return text.Replace(' ', '\0');
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
