// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;

namespace FastLedger.Applications.Vocabulary;

/// <summary>Block time.</summary>
internal static class TimeSteps
{
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new FreeStep("{span} pass[es]", "Lets block time pass; what is due then happens.", async a =>
        {
            await a.World.Host.PassAsync(TimeSpan.FromSeconds(a.Seconds(0)), a.World.CancellationToken).ConfigureAwait(false);
            return "";
        }),
    ];
}
