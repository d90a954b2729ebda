// SPDX-License-Identifier: Apache-2.0
using System;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Network.Peers;

/// <summary>
/// A key and self-signed certificate for TLS, made anew by every process. They say nothing about who we are: the validators' signatures
/// do, and cover the certificate (the channel binding "tls-server-end-point" of RFC 5929, with BLAKE3 in place of the certificate's hash).
/// </summary>
/// <remarks>Thread: any. Alloc: on creation.</remarks>
internal sealed class TlsIdentity : IDisposable
{
    private const string Name = "fastledger-peer";

    private readonly X509Certificate2 _certificate;

    public TlsIdentity()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Name}", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        _certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10)); // nobody looks at the dates
        Binding = BindingOf(_certificate);
        Server = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(_certificate, additionalCertificates: null, offline: true),
            EnabledSslProtocols = Protocols,
            AllowTlsResume = false, // a resumed session shows no certificate
            AllowRenegotiation = false,
        };
    }

    /// <summary>What accepters offer.</summary>
    public SslServerAuthenticationOptions Server { get; }

    /// <summary>Digest of our certificate.</summary>
    public Hash256 Binding { get; }

    // Both ends are ours: there is nobody to fall back for.
#pragma warning disable CA5398
    private static SslProtocols Protocols => SslProtocols.Tls13;
#pragma warning restore CA5398

    /// <summary>What diallers ask for. Any certificate will do: the accepter must then sign it as a validator.</summary>
    public static SslClientAuthenticationOptions Client { get; } = new()
    {
        TargetHost = Name,
        EnabledSslProtocols = Protocols,
        AllowTlsResume = false,
        AllowRenegotiation = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
#pragma warning disable CA5359 // The handshake above TLS proves who showed it.
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
#pragma warning restore CA5359
    };

    /// <summary>Digest of a certificate.</summary>
    public static Hash256 BindingOf(X509Certificate certificate) => Blake3.Hash(certificate.GetRawCertData());

    public void Dispose() => _certificate.Dispose();
}
