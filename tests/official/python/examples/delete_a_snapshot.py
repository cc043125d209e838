box.delete_snapshot("snap_x7f...")
