// SPDX-License-Identifier: Apache-2.0
using System;
using System.CommandLine;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using FastLedger.Load.Driving;
using FastLedger.Load.Reports;
using Spectre.Console;

namespace FastLedger.Cli;

/// <summary>
/// What a verb says. Results go to the output stream: tables for people, or with <c>--json</c> exactly one object. Everything else, progress
/// and errors, goes to the error stream. Colours only on a terminal, and never with NO_COLOR.
/// </summary>
internal sealed class Presenter
{
    private readonly TextWriter _output, _error;

    public Presenter(ParseResult parsed, bool json)
    {
        InvocationConfiguration streams = parsed.InvocationConfiguration;
        (_output, _error, IsJson) = (streams.Output, streams.Error, json);
        Results = Console(_output, _output == System.Console.Out && !System.Console.IsOutputRedirected);
        IsInteractive = _error == System.Console.Error && !System.Console.IsErrorRedirected;
        Progress = Console(_error, IsInteractive);
    }

    /// <summary>Results are wanted as one object.</summary>
    public bool IsJson { get; }

    /// <summary>Somebody watches the error stream.</summary>
    public bool IsInteractive { get; }

    /// <summary>The output stream, for people.</summary>
    public IAnsiConsole Results { get; }

    /// <summary>The error stream.</summary>
    public IAnsiConsole Progress { get; }

    /// <summary>Writes the one object.</summary>
    public void Write<T>(T result) => _output.WriteLine(LedgerJson.Write(result));

    /// <summary>Writes a line that is data, without markup or wrapping.</summary>
    public void WriteLine(string line) => _output.WriteLine(line);

    /// <summary>Tells what the verb is doing, unless only the object is wanted.</summary>
    public void Say(string message)
    {
        if (!IsJson) _error.WriteLine(message);
    }

    /// <summary>Says what went wrong, and with <c>--json</c> also as the one object.</summary>
    /// <returns><paramref name="exitCode"/>.</returns>
    public int Fail(int exitCode, string message)
    {
        _error.WriteLine(message);
        if (IsJson) Write(new Failure(false, message, exitCode));
        return exitCode;
    }

    /// <summary>Shows the steps of some work as they go, with a bar on a terminal.</summary>
    public T WithWatch<T>(Func<ILoadWatch, T> work)
    {
        if (!IsInteractive || IsJson) return work(new Lines(this));
        return Progress.Progress().AutoClear(true).Start(context => work(new Bars(context)));
    }

    /// <summary>Shows how far some measured work is and how fast it goes, until it ends.</summary>
    public async Task FollowAsync(string what, Task work, Func<long> operations, TimeSpan expected, TimeSpan interval)
    {
        if (!IsInteractive || IsJson)
        {
            Say($"Running {what} …");
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        await Progress.Progress().AutoClear(true).StartAsync(async context =>
        {
            ProgressTask bar = context.AddTask(what, maxValue: expected.TotalSeconds);
            var clock = Stopwatch.StartNew();
            long before = 0;
            double beforeSeconds = 0;
            while (!work.IsCompleted)
            {
                await Task.WhenAny(work, Task.Delay(interval)).ConfigureAwait(false);
                long now = operations();
                double seconds = clock.Elapsed.TotalSeconds;
                bar.Value = Math.Min(seconds, expected.TotalSeconds);
                bar.Description = now == 0 ? $"{what}: warming up" : $"{what}: {(now - before) / (seconds - beforeSeconds):N0} a second";
                (before, beforeSeconds) = (now, seconds);
            }
        }).ConfigureAwait(false);
    }

    private static IAnsiConsole Console(TextWriter writer, bool terminal)
    {
        bool colours = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = terminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        // A file has no width: what is written to it must not be wrapped.
        if (!terminal) console.Profile.Width = 200;
        return console;
    }

    /// <summary>The object that stands for a failure.</summary>
    private sealed record Failure(bool Ok, string Error, int ExitCode);

    /// <summary>Steps as lines, for files and pipes.</summary>
    private sealed class Lines(Presenter presenter) : ILoadWatch
    {
        public void Began(string name) => presenter.Say(name + " …");

        public void Report(double value)
        {
        }
    }

    /// <summary>A bar for each step.</summary>
    private sealed class Bars(ProgressContext context) : ILoadWatch
    {
        private ProgressTask? _task;

        public void Began(string name)
        {
            if (_task is not null) _task.Value = 1;
            _task = context.AddTask(name, maxValue: 1);
        }

        public void Report(double value)
        {
            if (_task is not null) _task.Value = value;
        }
    }
}
