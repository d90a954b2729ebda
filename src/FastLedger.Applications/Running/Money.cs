// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using FastLedger.Applications.Scenarios;

namespace FastLedger.Applications.Running;

/// <summary>An amount of an asset in its smallest units.</summary>
internal readonly record struct Money(Asset Asset, Int128 Minor)
{
    public UInt128 Amount => (UInt128)Minor;

    /// <summary>Reads <c>5,025.00</c> to the last unit.</summary>
    /// <exception cref="ScenarioException">There are more decimals than the asset has.</exception>
    public static Money Parse(string text, Asset asset)
    {
        bool negative = text.StartsWith('-');
        string digits = text.TrimStart('-').Replace(",", "", StringComparison.Ordinal);
        int point = digits.IndexOf('.', StringComparison.Ordinal);
        int decimals = point < 0 ? 0 : digits.Length - point - 1;
        if (decimals > asset.Scale) throw new ScenarioException($"{text} has more decimals than {asset.Code}, which has {asset.Scale}.");
        Int128 minor = Int128.Parse(digits.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        for (int i = decimals; i < asset.Scale; i++) minor *= 10;
        return new Money(asset, negative ? -minor : minor);
    }

    public override string ToString()
    {
        Int128 unit = 1;
        for (int i = 0; i < Asset.Scale; i++) unit *= 10;
        Int128 whole = Int128.Abs(Minor) / unit, rest = Int128.Abs(Minor) % unit;
        string sign = Minor < 0 ? "-" : "";
        string fraction = Asset.Scale == 0 ? "" : "." + rest.ToString(CultureInfo.InvariantCulture).PadLeft(Asset.Scale, '0');
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{whole:N0}{fraction} {Asset.Code}");
    }
}
