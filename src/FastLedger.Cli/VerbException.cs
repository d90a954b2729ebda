// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Cli;

/// <summary>Ends a verb with a message for the error stream and an exit code.</summary>
/// <param name="exitCode">One of <see cref="Cli.ExitCode"/>.</param>
/// <param name="message">One sentence, or one per line.</param>
public sealed class VerbException(int exitCode, string message) : Exception(message)
{
    /// <summary>The exit code.</summary>
    public int ExitCode { get; } = exitCode;
}
