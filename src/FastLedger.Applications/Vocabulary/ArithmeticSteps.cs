// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading.Tasks;
using FastLedger.Applications.Running;
using FastLedger.Applications.Scenarios;

namespace FastLedger.Applications.Vocabulary;

/// <summary>What parties compute before they act; exact.</summary>
internal static class ArithmeticSteps
{
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new FreeStep("interest on {amount} at {decimal} % for {number} days of {number} is {amount}", "Checks amount × rate × days ÷ basis to the last unit; the result must be whole.", a =>
        {
            (Int128 rate, Int128 unit) = Decimal(a.Text(1));
            Int128 product = a.Money(0).Minor * rate * (Int128)a.Number(2), divisor = unit * 100 * (Int128)a.Number(3);
            var interest = new Money(a.Money(0).Asset, product / divisor);
            if (product % divisor != 0 || interest != a.Money(4)) throw new ScenarioException($"It is {interest}.");
            return ValueTask.FromResult(interest.ToString());
        }),
        new FreeStep("{number} audits find a loss of {number} % with {decimal} %", "Checks 1 − (1 − loss)ⁿ, rounded to two decimals of a per cent.", a =>
        {
            decimal kept = 1, survives = 1 - (a.Number(1) / 100m);
            for (ulong i = 0; i < a.Number(0); i++) kept *= survives;
            string found = Math.Round((1 - kept) * 100, 2).ToString("0.00", CultureInfo.InvariantCulture);
            return found == a.Text(2) ? ValueTask.FromResult(found + " %") : throw new ScenarioException($"It is {found} %.");
        }),
    ];

    /// <summary>A decimal number as a fraction of a power of ten.</summary>
    private static (Int128 Value, Int128 Unit) Decimal(string text)
    {
        int point = text.IndexOf('.', StringComparison.Ordinal);
        Int128 unit = 1;
        for (int i = point + 1; point >= 0 && i < text.Length; i++) unit *= 10;
        return (Int128.Parse(text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture), unit);
    }
}
