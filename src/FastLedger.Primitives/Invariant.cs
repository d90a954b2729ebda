// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace FastLedger.Primitives;

/// <summary>
/// Conditions that only a bug or broken hardware can violate. They are checked in Release builds too: a violated invariant
/// stops the process, because a wrong balance is worse than a stopped replica. What input can cause is a
/// <see cref="ResultCode"/>, never an invariant.
/// </summary>
/// <remarks>Thread: any. Alloc: none unless violated. Blocks: no.</remarks>
public static class Invariant
{
    /// <summary>Stops the process when <paramref name="condition"/> is false.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string? expression = null,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
    {
        if (!condition) Fail(expression, file, line);
    }

    /// <summary>Stops the process: this place must never be reached.</summary>
    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Fail(string? what, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        string message = $"Invariant violated: {what} at {file}:{line}";
        Violated?.Invoke(message);
#pragma warning disable RS0030 // Ending the process is the one thing an invariant may ask of its environment.
        Environment.FailFast(message);
#pragma warning restore RS0030
    }

    /// <summary>Called before the process ends. Tests throw from here to observe a violation without losing the test host.</summary>
    public static event Action<string>? Violated;
}
