/** The frame of every page. */
export const metadata = { title: 'A box behind a route' }

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body style={{ font: '16px/1.5 system-ui', maxWidth: '40rem', margin: '3rem auto' }}>{children}</body>
    </html>
  )
}
