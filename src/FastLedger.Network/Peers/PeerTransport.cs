// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Primitives;

namespace FastLedger.Network.Peers;

/// <summary>Makes a socket a stream of bytes between replicas, with TLS or without.</summary>
internal static class PeerTransport
{
    /// <summary>Takes an accepted socket over.</summary>
    /// <returns>The connection, and the digest of the certificate that we showed (zero without TLS).</returns>
    public static async ValueTask<(ITransportConnection Transport, Hash256 Binding)> AcceptAsync(
        Socket socket, TlsIdentity? identity, CancellationToken cancellationToken)
    {
        if (identity is null) return (SocketTransport.OpenPrompt(socket, isProven: false), default);
        SocketTransport.MakePrompt(socket);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsServerAsync(identity.Server, cancellationToken).ConfigureAwait(false);
            return (new TlsTransportConnection(socket, stream, isProven: false), identity.Binding);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes a connected socket over.</summary>
    /// <returns>The connection, and the digest of the certificate that the other side showed (zero without TLS).</returns>
    public static async ValueTask<(ITransportConnection Transport, Hash256 Binding)> DialAsync(
        Socket socket, TlsIdentity? identity, CancellationToken cancellationToken)
    {
        if (identity is null) return (SocketTransport.OpenPrompt(socket, isProven: true), default);
        SocketTransport.MakePrompt(socket);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsClientAsync(TlsIdentity.Client, cancellationToken).ConfigureAwait(false);
            return (new TlsTransportConnection(socket, stream, isProven: true), TlsIdentity.BindingOf(stream.RemoteCertificate!));
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Does the exception say that a connection could not be made or broke? Anything else is a bug.</summary>
    public static bool IsConnectionFault(Exception fault) =>
        fault is AuthenticationException or EndOfStreamException || SocketTransport.IsConnectionFault(fault);
}
